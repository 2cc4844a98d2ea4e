"""The formats of the two SQLite files, as numbered migrations. A migration that was shipped is never changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step to the next format: statements done in one transaction."""

    number: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreFormat:
    """`application_id` marks whose file it is; `migrations` are numbered 1, 2, 3 ... without a gap."""

    application_id: int
    migrations: tuple[Migration, ...]

    @property
    def version(self) -> int:
        return len(self.migrations)


# The list is painted from plain columns of `standings`; `body` holds the whole value as JSON.
# Heartbeats lie in the order of mailbox and time, so that thinning and a mailbox's history read one stretch of them.
# `refusals` names the mailbox without a reference: it counts for the host even when the mailbox has gone.
DESK_FORMAT = StoreFormat(
    application_id=0x4D424443,
    migrations=(
        Migration(
            1,
            (
                "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
                "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
                """CREATE TABLE mailboxes (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
                   address TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL)""",
                """CREATE TABLE standings (mailbox INTEGER PRIMARY KEY REFERENCES mailboxes ON DELETE CASCADE,
                   shown TEXT NOT NULL, cause TEXT, since REAL NOT NULL, last_checked REAL, body BLOB NOT NULL)""",
                """CREATE TABLE heartbeats (mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
                   at REAL NOT NULL, shown TEXT NOT NULL, receiving TEXT NOT NULL, sending TEXT NOT NULL,
                   seconds REAL NOT NULL, cause TEXT, PRIMARY KEY (mailbox, at)) WITHOUT ROWID""",
                """CREATE TABLE changes (key INTEGER PRIMARY KEY,
                   mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
                   at REAL NOT NULL, shown TEXT NOT NULL, cause TEXT)""",
                "CREATE INDEX changes_by_mailbox ON changes (mailbox, at)",
                """CREATE TABLE incidents (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, cause TEXT NOT NULL,
                   verdict TEXT NOT NULL, started_at REAL NOT NULL, opened_at REAL NOT NULL,
                   seen_at REAL NOT NULL, closed_at REAL)""",
                "CREATE INDEX incidents_by_time ON incidents (opened_at)",
                "CREATE INDEX open_incidents ON incidents (opened_at) WHERE closed_at IS NULL",
                """CREATE TABLE incident_mailboxes (incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
                   mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE, place INTEGER NOT NULL,
                   PRIMARY KEY (incident, mailbox)) WITHOUT ROWID""",
                "CREATE INDEX incidents_of_mailbox ON incident_mailboxes (mailbox, incident)",
                """CREATE TABLE refusals (key INTEGER PRIMARY KEY, at REAL NOT NULL, host TEXT NOT NULL,
                   mailbox_id TEXT NOT NULL)""",
            ),
        ),
        Migration(2, ("ALTER TABLE incidents ADD COLUMN told_at REAL",)),
        Migration(
            3,
            (
                "ALTER TABLE incidents ADD COLUMN kind TEXT NOT NULL DEFAULT 'single'",
                "ALTER TABLE incidents ADD COLUMN circle TEXT",
                "ALTER TABLE incidents ADD COLUMN place TEXT",
                "ALTER TABLE incidents ADD COLUMN of_all INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE incidents ADD COLUMN part_of TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE incident_mailboxes ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0",
            ),
        ),
    ),
)

# `meta` holds how the master key is kept; each row of `sealed` is one mailbox's credential under that key.
VAULT_FORMAT = StoreFormat(
    application_id=0x4D424456,
    migrations=(
        Migration(
            1,
            (
                "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
                "CREATE TABLE sealed (mailbox_id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID",
            ),
        ),
    ),
)
