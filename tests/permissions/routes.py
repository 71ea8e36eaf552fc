"""Routes that lead to no single object, so that no door stands before them; canaries and lists look at what they show."""

# Nobody needs to be signed in, and the answer is the same for all.
OPEN_TO_ANYONE = frozenset(
    {
        "bootstrap.static",
        "csp_reports.receive",
        "describe_api",
        "operating.is_ready",
        "health.lives",
        "people.check_log_in",
        "people.log_in",
        "people.signed_out",
        "static",
    }
)
# Signed in: one's own, or a list that is cut to what one may see.
OWN_AND_LISTS = frozenset(
    {
        "home.show",
        "incidents.details",
        "incidents.discard_draft",
        "incidents.discard_upload",
        "incidents.join_known_problem",
        "incidents.look_for_answers",
        "incidents.mine",
        "incidents.new",
        "incidents.queue",
        "incidents.save_draft",
        "incidents.suggestions",
        "incidents.upload",
        "knowledge.category",
        "knowledge.edit_index",
        "knowledge.index",
        "knowledge.search",
        "people.end_other_web_sessions",
        "people.end_web_session",
        "people.log_out",
        "suggestions_api.SuggestionsView",
    }
)
