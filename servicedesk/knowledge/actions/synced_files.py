"""What was in step when a sync last saw it, by file and by article; looked up often, so read once."""

from collections.abc import Set as AbstractSet

from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.knowledge.actions.exporting import revision_in_file
from servicedesk.knowledge.models import Article, SyncedFile


class SyncedFiles:
    """The rows of `synced_files`."""

    def __init__(self) -> None:
        """Read them all."""
        self.read_anew()

    def read_anew(self) -> None:
        """Forget what was remembered and then rolled back."""
        self._by_path = {record.path: record for record in db.session.scalars(select(SyncedFile))}
        self.path_of = {record.article_id: path for path, record in self._by_path.items()}

    def __len__(self) -> int:
        """Count the files."""
        return len(self._by_path)

    @property
    def paths(self) -> AbstractSet[str]:
        """The places of all files that were in step."""
        return self._by_path.keys()

    def find(self, path: str) -> SyncedFile | None:
        """Return what is known of the file at this place."""
        return self._by_path.get(path)

    def remember(self, path: str, article: Article, file_sha256: str, *, by_file: bool = False) -> None:
        """Note that this file and the article say the same, and if the file did not close the article that it was closed here."""
        db.session.flush()
        revision_id = revision_in_file(article).id
        record = self._by_path.pop(self.path_of.get(article.id, ""), None)
        if record is None:
            record = SyncedFile(path=path, article_id=article.id)
            db.session.add(record)
        self._by_path[path], self.path_of[article.id] = record, path
        if by_file or record.state != article.state:
            record.is_closed_here = not by_file and article.state != "published"
        record.path, record.file_sha256, record.revision_id = path, file_sha256, revision_id
        record.state, record.synced_at = article.state, now()
        db.session.flush()

    def remember_closed(self, path: str, article: Article, file_sha256: str) -> None:
        """Note that the article was closed and its file not taken; only --widen lets it open what is closed."""
        record = self._by_path.get(self.path_of.get(article.id, ""))
        self.remember(path, article, record.file_sha256 if record else file_sha256)
        self._by_path[path].is_closed_here = True
        db.session.flush()
