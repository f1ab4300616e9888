-- « Ici » pickups that nobody decided about yet and nobody took back: few at any time, however many
-- there ever were. Follows from facts, voids and decisions, and can be made again
-- (outings/totals/kept).
create table here_waiting (
  programme_id blob not null,
  fact_id blob not null,
  primary key (programme_id, fact_id)
);
insert into here_waiting (programme_id, fact_id)
select f.programme_id, f.id
from facts f
where f.kind = 'pickup' and f.site_id is null
  and not exists (
    select 1 from here_decisions d
    where d.programme_id = f.programme_id and d.fact_id = f.id)
  and not exists (
    select 1 from facts v
    where v.programme_id = f.programme_id and v.target_id = f.id and v.kind = 'void'
      and (v.outing_id is null or v.outing_id = f.outing_id)
      and (v.sender_role = 'coordinator'
        or v.sender_id = f.sender_id
        or (v.outing_id = f.outing_id and f.sender_role <> 'coordinator')));
