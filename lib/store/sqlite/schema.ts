import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { StoreError } from "../store-error.ts";
import { transaction } from "./transaction.ts";

/** Marks a file as Jobbell's, see `PRAGMA application_id`: "JBEL". */
const APPLICATION_ID = 0x4a42454c;

/** Each step takes a file from the version of its position to the next one. A step that was released is never changed. */
const MIGRATIONS = [
  `
  CREATE TABLE session (
    owner TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL
  ) STRICT;

  CREATE TABLE watch (
    watch TEXT PRIMARY KEY,
    resource_version TEXT,
    ticked_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    owner TEXT,
    until INTEGER
  ) STRICT;

  CREATE TABLE job (
    watch TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    memory TEXT NOT NULL,
    left_at INTEGER,
    PRIMARY KEY (watch, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX job_left ON job (left_at) WHERE left_at IS NOT NULL;

  CREATE TABLE delivery (
    event_id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    uid TEXT NOT NULL,
    event TEXT NOT NULL,
    "order" INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    settled_at INTEGER,
    error TEXT,
    owner TEXT,
    until INTEGER,
    PRIMARY KEY (event_id, receiver)
  ) STRICT;
  CREATE INDEX delivery_stream ON delivery (uid, receiver, "order", event_id) WHERE state = 'pending';
  CREATE INDEX delivery_due ON delivery (next_attempt_at, "order") WHERE state = 'pending';
  CREATE INDEX delivery_queued ON delivery (queued_at) WHERE state = 'pending';
  CREATE INDEX delivery_held ON delivery (owner) WHERE owner IS NOT NULL;
  CREATE INDEX delivery_settled ON delivery (state, settled_at) WHERE state <> 'pending';
  `,
  // The watches of one namespace with the same selectors become a scope: `prod/ml/tfjobs.kubeflow.org?labelSelector=a%3Db`
  // is `tfjobs.kubeflow.org` of `prod/ml?labelSelector=a%3Db`. The parts are percent-encoded: no more slashes are in them.
  `
  CREATE TABLE scope (
    scope TEXT PRIMARY KEY,
    claims INTEGER NOT NULL DEFAULT 0,
    states TEXT NOT NULL DEFAULT '{}',
    owner TEXT,
    until INTEGER
  ) STRICT, WITHOUT ROWID;

  WITH
    one (watch, path, selectors) AS (
      SELECT watch,
        iif(instr(watch, '?') = 0, watch, substr(watch, 1, instr(watch, '?') - 1)),
        iif(instr(watch, '?') = 0, '', substr(watch, instr(watch, '?')))
      FROM watch
    ),
    two (watch, path, selectors, cluster) AS (
      SELECT watch, path, selectors, instr(path, '/') FROM one
    ),
    three (watch, path, selectors, place) AS (
      SELECT watch, path, selectors, cluster + instr(substr(path, cluster + 1), '/') FROM two
    )
  INSERT INTO scope (scope, states)
  SELECT
    substr(path, 1, place - 1) || selectors,
    json_group_object(
      substr(path, place + 1),
      json_patch('{}', json_object(
        'cursor', json(iif(resource_version IS NULL OR ticked_at IS NULL, 'null',
          json_object('resourceVersion', resource_version, 'tickedAt', ticked_at))),
        'failures', failures,
        'error', error
      ))
    )
  FROM three JOIN watch USING (watch)
  GROUP BY 1;

  DROP TABLE watch;
  `,
  `
  ALTER TABLE delivery ADD COLUMN digest TEXT;

  CREATE TABLE memo (
    uid TEXT NOT NULL,
    receiver TEXT NOT NULL,
    memo TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (uid, receiver)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX memo_written ON memo (written_at);

  CREATE TABLE lane (
    lane TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    written_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE job ADD COLUMN due_at INTEGER;
  CREATE INDEX job_due ON job (watch, due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE silence (
    id TEXT PRIMARY KEY,
    silence TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Brings a file to the newest schema, in one transaction. A file of another program, or of a newer Jobbell, is left as it is. */
export function migrate(database: DatabaseSync, path: string): void {
  if (isCurrent(database)) return;
  transaction(database, () => {
    // Under the lock, and all of it: another process may be at the same step with the same new file.
    for (const step of MIGRATIONS.slice(versionOf(database, path))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function isCurrent(database: DatabaseSync): boolean {
  const ours = pragma(database, "application_id") === APPLICATION_ID;
  return ours && pragma(database, "user_version") === MIGRATIONS.length;
}

function versionOf(database: DatabaseSync, path: string): number {
  const application = pragma(database, "application_id");
  if (application === 0 && isEmpty(database)) return 0;
  if (application !== APPLICATION_ID) throw foreign(path);
  const version = pragma(database, "user_version");
  if (version > MIGRATIONS.length) throw newer(path);
  return version;
}

function foreign(path: string): StoreError {
  const advice = "choose another file";
  return new StoreError("not-a-database", `The state file ${path} is the database of another program: ${advice}.`);
}

function newer(path: string): StoreError {
  const advice = "upgrade or choose another file";
  return new StoreError("newer-version", `The state file ${path} was written by a newer Jobbell: ${advice}.`);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return z.record(z.literal(name), z.number()).parse(database.prepare(`PRAGMA ${name}`).get())[name] ?? 0;
}
