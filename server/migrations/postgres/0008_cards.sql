-- Cards of peers: who holds which, the one phone it is bound to, and the sessions it opens.

-- Of the code on the paper only a hash is kept, of the PIN only a keyed hash of what the phone made
-- of it. A peer has one card that lives at most; an ended one stays, so that it is known as dead.
create table cards (
  programme_id uuid not null,
  id uuid not null unique,
  peer_id uuid not null,
  code_hash bytea not null unique,
  issued_at bigint not null,
  issued_by uuid,
  device_key bytea,
  pin_mac bytea,
  bound_at bigint,
  last_used_at bigint,
  wrong_pins bigint not null,
  locked_at bigint,
  other_phone_at bigint,
  ended_at bigint,
  primary key (programme_id, id),
  foreign key (programme_id, peer_id) references peers (programme_id, id)
);
create unique index cards_alive on cards (programme_id, peer_id) where ended_at is null;

-- Challenges that were answered: none is answered twice.
create table answered_challenges (
  nonce bytea primary key,
  expires_at bigint not null
);

create table peer_sessions (
  token_hash bytea primary key,
  programme_id uuid not null,
  card_id uuid not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  foreign key (programme_id, card_id) references cards (programme_id, id)
);
create index peer_sessions_by_card on peer_sessions (programme_id, card_id);
