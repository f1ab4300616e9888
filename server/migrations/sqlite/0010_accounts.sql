-- Accounts of the staff: who manages a body's people, invitations, second factors, own sessions.

-- Whoever administers is staff of a body like any other, who may also manage its people.
alter table accounts add column administers boolean not null default false;
-- An ended account stays, so that what it did keeps a name; its e-mail goes.
alter table accounts add column ended_at bigint;
alter table accounts add column sealed_totp blob;
-- The last step of time whose code was used: a code is good once.
alter table accounts add column totp_step bigint;
alter table accounts add column wrong_codes bigint not null default 0;
alter table accounts add column codes_wait_until bigint;

alter table sessions add column device text not null default '';
alter table sessions add column seen_at bigint not null default 0;
create index sessions_by_account on sessions (programme_id, account_id);

-- The password was right; the code of the second factor is still asked for, or to be set up.
create table sign_in_steps (
  token_hash blob primary key,
  programme_id blob not null,
  account_id blob not null,
  sealed_totp blob,
  expires_at bigint not null,
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);

create table recovery_codes (
  programme_id blob not null,
  account_id blob not null,
  code_mac blob not null,
  used_at bigint,
  primary key (programme_id, account_id, code_mac),
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);

-- Links to hand over: for a new account, or for a new password of one that is there.
create table invitations (
  token_hash blob primary key,
  programme_id blob not null references programmes (id),
  id blob not null unique,
  role text not null,
  administers boolean not null,
  account_id blob,
  drops_second_factor boolean not null,
  login text,
  name text not null,
  made_at bigint not null,
  made_by blob,
  expires_at bigint not null,
  used_at bigint
);
create index invitations_by_body on invitations (programme_id, role);
