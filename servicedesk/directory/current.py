"""The directory of the running application, with its type."""

from typing import cast

from flask import current_app

from servicedesk.directory.ldap_directory import LdapDirectory

EXTENSION = "servicedesk.directory"


def current_directory() -> LdapDirectory:
    """Return the directory that people sign in with."""
    return cast(LdapDirectory, current_app.extensions[EXTENSION])
