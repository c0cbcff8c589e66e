/**
 * Keys are TEXT in the BINARY collation: SQLite compares their UTF-8 bytes, which is the order that S3 lists in.
 * `sequence` counts all writes, over all buckets and restarts: it orders the versions of a key and is what events carry.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL) STRICT;
INSERT INTO counter (id, value) VALUES (1, 0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS buckets (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
  versioning TEXT NOT NULL, policy TEXT, notifications TEXT NOT NULL
) STRICT;

-- What else a bucket has been given, as JSON.
CREATE TABLE IF NOT EXISTS bucket_documents (
  bucket INTEGER NOT NULL, kind TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bucket, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS versions (
  sequence INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
  latest INTEGER NOT NULL, delete_marker INTEGER NOT NULL,
  modified INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  checksum_algorithm TEXT, checksum_type TEXT, checksum TEXT,
  blob TEXT, part_count INTEGER, attributes TEXT NOT NULL, tags TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS versions_of_key ON versions (bucket, key, sequence DESC);
CREATE UNIQUE INDEX IF NOT EXISTS current_objects ON versions (bucket, key) WHERE latest = 1 AND delete_marker = 0;

-- The bytes of objects too small for a file of their own.
CREATE TABLE IF NOT EXISTS small_bodies (version INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- What a version that was uploaded in parts consists of.
CREATE TABLE IF NOT EXISTS version_parts (
  version INTEGER NOT NULL, number INTEGER NOT NULL, blob TEXT, size INTEGER NOT NULL, checksum TEXT NOT NULL,
  PRIMARY KEY (version, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS uploads (
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, bucket INTEGER NOT NULL, key TEXT NOT NULL,
  initiated INTEGER NOT NULL, initiator TEXT NOT NULL, attributes TEXT NOT NULL, tags TEXT NOT NULL, checksum_algorithm TEXT, checksum_type TEXT,
  -- 1 once the key has been written or deleted by others.
  overtaken INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_of_key ON uploads (bucket, key, sequence);

CREATE TABLE IF NOT EXISTS upload_parts (
  upload INTEGER NOT NULL, number INTEGER NOT NULL, blob TEXT, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified INTEGER NOT NULL, checksum TEXT NOT NULL, given_algorithm TEXT, given_checksum TEXT,
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- Uploads that have become objects, for a while: what was answered is answered again.
CREATE TABLE IF NOT EXISTS completed_uploads (
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, bucket INTEGER NOT NULL, key TEXT NOT NULL, completed INTEGER NOT NULL,
  parts TEXT NOT NULL, answer TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_by_completion ON completed_uploads (completed);

-- Every file that belongs to something: a file that is not here is left over from a crash.
CREATE TABLE IF NOT EXISTS blobs (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_of_target ON outbox (target, id);
`;
