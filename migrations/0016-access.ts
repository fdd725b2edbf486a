import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
CREATE TABLE users (
  user_id text PRIMARY KEY CHECK (user_id ~ '^usr-[0-9a-f]{16}$'),
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9@._-]{0,127}$'),
  display_name text NOT NULL DEFAULT '' CHECK (length(display_name) <= 256),
  grants jsonb NOT NULL CHECK (jsonb_typeof(grants) = 'array'),
  disabled boolean NOT NULL DEFAULT false,
  password_hash text CHECK (password_hash LIKE '$argon2id$%'),
  must_change_password boolean NOT NULL DEFAULT false,
  external_subject text UNIQUE CHECK (external_subject <> ''),
  create_time timestamptz NOT NULL,
  login_time timestamptz,
  CHECK ((password_hash IS NULL) = (external_subject IS NOT NULL)),
  CHECK (NOT must_change_password OR password_hash IS NOT NULL)
);
CREATE UNIQUE INDEX users_name ON users (lower(name));
COMMENT ON TABLE users IS 'Who may log in. Owner: gateway';
COMMENT ON COLUMN users.grants IS 'Roles, [{"role": "viewer", "labels": {}}]';
COMMENT ON COLUMN users.external_subject IS 'Issuer and subject of a user of OpenID Connect, who has no password here';

CREATE TABLE user_sessions (
  session_id text PRIMARY KEY CHECK (session_id ~ '^ses-[0-9a-f]{24}$'),
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  source text NOT NULL,
  create_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL CHECK (expire_time > create_time),
  end_time timestamptz,
  end_reason text CHECK (end_reason IN ('logout', 'reuse', 'password', 'rights')),
  CHECK ((end_time IS NULL) = (end_reason IS NULL))
);
CREATE INDEX user_sessions_user ON user_sessions (user_id);
CREATE INDEX user_sessions_expire ON user_sessions (expire_time);
COMMENT ON TABLE user_sessions IS 'Logins, each a family of refresh tokens. Owner: gateway';

CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  session_id text NOT NULL REFERENCES user_sessions ON DELETE CASCADE,
  expire_time timestamptz NOT NULL,
  use_time timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE UNIQUE INDEX refresh_tokens_one_unused ON refresh_tokens (session_id) WHERE use_time IS NULL;
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of each refresh token; one that is used again ends its session. Owner: gateway';

CREATE TABLE login_attempts (
  subject text PRIMARY KEY CHECK (subject ~ '^(name|source) .'),
  failures integer NOT NULL CHECK (failures > 0),
  attempt_time timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL
);
CREATE INDEX login_attempts_time ON login_attempts (attempt_time);
COMMENT ON TABLE login_attempts IS 'Logins that did not succeed, by name and by address. Owner: gateway';

CREATE TABLE api_tokens (
  token_id text PRIMARY KEY CHECK (token_id ~ '^tok-[0-9a-f]{16}$'),
  ordinal bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
  user_id text REFERENCES users ON DELETE CASCADE,
  token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  grants jsonb NOT NULL CHECK (jsonb_typeof(grants) = 'array'),
  scopes text[] NOT NULL DEFAULT '{}',
  create_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL CHECK (expire_time > create_time),
  use_time timestamptz,
  revoke_time timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);
COMMENT ON TABLE api_tokens IS 'Tokens for programs, by SHA-256. Owner: gateway';
COMMENT ON COLUMN api_tokens.user_id IS 'The user it acts for; null for a service';

CREATE TABLE approvals (
  approval_id text PRIMARY KEY CHECK (approval_id ~ '^apr-[0-9a-f]{16}$'),
  ordinal bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  method text NOT NULL CHECK (method LIKE 'phoenix.%/%'),
  request bytea NOT NULL,
  summary text NOT NULL,
  requester text NOT NULL,
  requester_user_id text REFERENCES users ON DELETE CASCADE,
  requester_token_id text REFERENCES api_tokens ON DELETE CASCADE,
  reason text NOT NULL DEFAULT '',
  create_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL CHECK (expire_time > create_time),
  decider text CHECK (decider <> ''),
  decision text CHECK (decision IN ('approved', 'refused')),
  decide_reason text NOT NULL DEFAULT '',
  decide_time timestamptz,
  result text NOT NULL DEFAULT '',
  CHECK (num_nonnulls(decider, decision, decide_time) IN (0, 3)),
  CHECK (requester_user_id IS NOT NULL OR requester_token_id IS NOT NULL)
);
CREATE INDEX approvals_waiting ON approvals (ordinal) WHERE decision IS NULL;
COMMENT ON TABLE approvals IS 'Calls that wait for a second person, and what became of them. Owner: gateway';

CREATE TABLE audit_events (
  sequence bigint PRIMARY KEY CHECK (sequence > 0),
  time timestamptz NOT NULL,
  actor text NOT NULL,
  source text NOT NULL,
  method text NOT NULL CHECK (method <> ''),
  subject text NOT NULL,
  outcome text NOT NULL CHECK (outcome <> ''),
  before text NOT NULL,
  after text NOT NULL,
  reason text NOT NULL,
  request_id text NOT NULL,
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);
CREATE INDEX audit_events_actor ON audit_events (actor, sequence);
CREATE INDEX audit_events_method ON audit_events (method, sequence);
CREATE INDEX audit_events_subject ON audit_events (subject, sequence) WHERE subject <> '';
CREATE INDEX audit_events_time ON audit_events (time);
COMMENT ON TABLE audit_events IS 'Who did what, each entry chained to the one before by its hash. Owner: gateway';

CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries of the audit are never changed or removed';
END $$;
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION audit_events_stay();
CREATE TRIGGER audit_events_all_stay BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay();

CREATE TABLE signing_keys (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[A-Za-z0-9_-]{16,64}$'),
  purpose text NOT NULL CHECK (purpose IN ('access', 'service')),
  algorithm text NOT NULL CHECK (algorithm = 'EdDSA'),
  private_jwk jsonb NOT NULL CHECK (jsonb_typeof(private_jwk) = 'object'),
  create_time timestamptz NOT NULL,
  retire_time timestamptz NOT NULL CHECK (retire_time > create_time)
);
CREATE INDEX signing_keys_purpose ON signing_keys (purpose, create_time);
COMMENT ON TABLE signing_keys IS 'Keys that sign access tokens, and calls between processes. Owner: gateway';
COMMENT ON COLUMN signing_keys.retire_time IS 'Signs nothing after this; what it signed is good until it expires by itself';
`;

const down = `
DROP TABLE signing_keys;
DROP TABLE audit_events;
DROP FUNCTION audit_events_stay();
DROP TABLE approvals;
DROP TABLE api_tokens;
DROP TABLE login_attempts;
DROP TABLE refresh_tokens;
DROP TABLE user_sessions;
DROP TABLE users;
`;

/** Users, sessions, tokens, approvals, the audit and signing keys; owned by the gateway. */
export class Access1700000000016 implements MigrationInterface {
  readonly name = "Access1700000000016";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
