-- The advance over the days: which payments came out of it, and what the payer put back into it.
-- Rows are inserted and never changed.

-- A payment in cash or vouchers out of the advance, by whom the payer appointed. What an agent of
-- the payer pays at a desk does not come out of it.
create table hand_overs (
  programme_id blob not null,
  act_id blob not null,
  primary key (programme_id, act_id),
  foreign key (programme_id, act_id) references payments (programme_id, act_id)
);

-- Until now only the association handed money over.
insert into hand_overs (programme_id, act_id)
  select p.programme_id, p.act_id from payments p
  join ledger_acts a on a.programme_id = p.programme_id and a.id = p.act_id
  where a.by_role = 'coordinator';

-- The payer made the advance, or made it whole again.
create table replenishments (
  programme_id blob not null references programmes (id),
  id blob not null,
  given_on text not null,
  amount_cents bigint not null,
  at bigint not null,
  by_id blob not null,
  primary key (programme_id, id)
);
create index replenishments_by_day on replenishments (programme_id, given_on);
