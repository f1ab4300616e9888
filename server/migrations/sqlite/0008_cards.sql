-- Cards of peers: who holds which, the one phone it is bound to, and the sessions it opens.

-- Of the code on the paper only a hash is kept, of the PIN only a keyed hash of what the phone made
-- of it. A peer has one card that lives at most; an ended one stays, so that it is known as dead.
create table cards (
  programme_id blob not null,
  id blob not null unique,
  peer_id blob not null,
  code_hash blob not null unique,
  issued_at bigint not null,
  issued_by blob,
  device_key blob,
  pin_mac blob,
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
  nonce blob primary key,
  expires_at bigint not null
);

create table peer_sessions (
  token_hash blob primary key,
  programme_id blob not null,
  card_id blob not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  foreign key (programme_id, card_id) references cards (programme_id, id)
);
create index peer_sessions_by_card on peer_sessions (programme_id, card_id);
