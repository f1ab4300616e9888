-- How many lines an act paid and what they come to: written with the act, so that months add up acts
-- and not lines.
alter table payments add column lines bigint not null default 0;
alter table payments add column total_cents bigint not null default 0;
update payments
set lines = (
    select count(*) from ledger_events e
    where e.programme_id = payments.programme_id and e.act_id = payments.act_id
      and e.what = 'paid'),
  total_cents = (
    select coalesce(sum(a.amount_cents), 0) from ledger_events e
    join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
    where e.programme_id = payments.programme_id and e.act_id = payments.act_id
      and e.what = 'paid');
