-- What the outcome of an offer adds to the summaries. Bits of a state: 1 eligible, 2 scored, 4 selected;
-- the rest is the stage of a miss. The planner puts the bodies in place of the calls.
CREATE FUNCTION summaries_offer_measures(state smallint, rank integer)
RETURNS TABLE (
    eligible integer, scored integer, selected integer, ranked integer, rank_sum bigint,
    rank_1 integer, rank_2 integer, rank_3 integer, rank_4 integer, rank_5 integer,
    rank_6 integer, rank_7 integer, rank_8 integer, rank_9 integer, rank_10 integer
) LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT state & 1,
           state >> 1 & 1,
           state >> 2 & 1,
           (rank IS NOT NULL)::integer,
           coalesce(rank, 0)::bigint,
           coalesce(rank = 1, false)::integer,
           coalesce(rank = 2, false)::integer,
           coalesce(rank = 3, false)::integer,
           coalesce(rank = 4, false)::integer,
           coalesce(rank = 5, false)::integer,
           coalesce(rank = 6, false)::integer,
           coalesce(rank = 7, false)::integer,
           coalesce(rank = 8, false)::integer,
           coalesce(rank = 9, false)::integer,
           coalesce(rank = 10, false)::integer
$$;
CREATE FUNCTION summaries_consideration_measures(state smallint, culprit integer)
RETURNS TABLE (stage smallint, cause integer, winner integer, considered integer)
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT (state >> 3)::smallint,
           CASE WHEN state >> 3 < 3 THEN coalesce(culprit, 0) ELSE 0 END,
           CASE WHEN state >> 3 < 3 THEN 0 ELSE coalesce(culprit, 0) END,
           1
$$;
