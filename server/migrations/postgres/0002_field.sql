-- The field: a coordinator's own phone, the clock of whoever sends, facts handed in as a file.

alter table crew_phones add column account_id uuid;

alter table facts add column sender_ahead_ms bigint;
alter table facts add column handed_in_by uuid;

create table phone_codes (
  code_mac bytea primary key,
  programme_id uuid not null,
  outing_id uuid not null,
  account_id uuid not null,
  expires_at bigint not null,
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);
create index phone_codes_by_account on phone_codes (programme_id, outing_id, account_id);
