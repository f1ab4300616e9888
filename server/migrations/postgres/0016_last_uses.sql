-- Tokens of programs say when they were last used; and keys that came to their end are known as
-- ended, so that nothing is sealed again for what is no longer kept.

alter table api_tokens add column last_used_at bigint;

-- What was sealed under such a key opens no more; what comes for it later is not kept either.
create table ended_keys (
  programme_id uuid not null references programmes (id),
  scope text not null,
  subject_id uuid not null,
  ended_at bigint not null,
  primary key (programme_id, scope, subject_id)
);
