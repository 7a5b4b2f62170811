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

CREATE FUNCTION summaries_merged_id(log_table text) RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(max(merged_id), 0) FROM summaries_logwatermark WHERE log = CASE log_table
        WHEN 'decisions_interaction' THEN 'interactions'
        WHEN 'decisions_decisiontrace' THEN 'decision_traces'
        WHEN 'decisions_run' THEN 'runs'
        WHEN 'decisions_attribution' THEN 'attributions'
    END
$$;

CREATE VIEW summaries_interaction_contributions AS
SELECT row.id AS log_id, row.occurred_at AS log_at, row.customer_id,
       row.occurred_at::date AS day, row.offer_id, row.channel_id,
       1::bigint AS interactions,
       (type.category = 'impression')::integer::bigint AS impressions,
       (type.classification = 'positive')::integer::bigint AS positive,
       (type.classification = 'negative')::integer::bigint AS negative,
       type.is_conversion::integer::bigint AS conversions,
       coalesce(row.value, 0) AS revenue,
       coalesce(row.cost, 0) AS cost
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id;
CREATE VIEW summaries_interaction_tail AS
SELECT log_id, log_at, 0 AS bucket, day, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_interaction_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'interactions'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_interaction_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_interactionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_interaction_tail;
CREATE VIEW summaries_decision_contributions AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id,
       1 AS traces,
       (cardinality(scored_offers) > 0)::integer AS scored,
       (cardinality(scored_offers) > 0 AND degraded_scoring)::integer AS degraded,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'model_error')::integer
           AS degraded_model_error,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'timeout')::integer AS degraded_timeout,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NULL)::integer AS degraded_unknown
FROM decisions_decisiontrace;
CREATE VIEW summaries_decision_tail AS
SELECT log_id, log_at, 0 AS bucket, day, channel_id, decision_flow_id, traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM summaries_decision_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_decision_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, channel_id, decision_flow_id, traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM summaries_decisionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, channel_id, decision_flow_id, traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM summaries_decision_tail;
CREATE VIEW summaries_offer_decision_contributions AS
-- Arrays are unnested side by side in a list of columns, which takes half as long as a function in
-- FROM. Comparing with <> lets the planner expect many rows, so that it groups them by hashing.
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_ranks) AS rank) outcome,
     summaries_offer_measures(state, rank) measure
WHERE state & 1 <> 0;
CREATE VIEW summaries_offer_decision_tail AS
SELECT log_id, log_at, 0 AS bucket, day, offer_id, channel_id, decision_flow_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_offer_decision_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_offer_decision_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, offer_id, channel_id, decision_flow_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_offerdecisionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, offer_id, channel_id, decision_flow_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_offer_decision_tail;
CREATE VIEW summaries_consideration_contributions AS
SELECT id AS log_id, created_at AS log_at, customer_id, outcome_offers,
       created_at::date AS day, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_causes) AS culprit) outcome,
     summaries_consideration_measures(state, culprit) measure
WHERE state >> 2 <> 0;
CREATE VIEW summaries_consideration_tail AS
SELECT log_id, log_at, 0 AS bucket, day, offer_id, stage, cause, winner, considered
FROM summaries_consideration_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_consideration_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, offer_id, stage, cause, winner, considered
FROM summaries_considerationsummary
UNION ALL
SELECT log_id, log_at, bucket, day, offer_id, stage, cause, winner, considered
FROM summaries_consideration_tail;
CREATE VIEW summaries_score_contributions AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, offer_id,
       1 AS scored,
       (score * 1e18)::bigint::numeric AS score_sum,
       (score < 0.1)::integer AS bin_0,
       (score >= 0.1 AND score < 0.2)::integer AS bin_1,
       (score >= 0.2 AND score < 0.3)::integer AS bin_2,
       (score >= 0.3 AND score < 0.4)::integer AS bin_3,
       (score >= 0.4 AND score < 0.5)::integer AS bin_4,
       (score >= 0.5 AND score < 0.6)::integer AS bin_5,
       (score >= 0.6 AND score < 0.7)::integer AS bin_6,
       (score >= 0.7 AND score < 0.8)::integer AS bin_7,
       (score >= 0.8 AND score < 0.9)::integer AS bin_8,
       (score >= 0.9)::integer AS bin_9
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(scored_offers) AS offer_id, unnest(scored_scores) AS score) entry
WHERE score IS NOT NULL;
CREATE VIEW summaries_score_tail AS
SELECT log_id, log_at, 0 AS bucket, day, offer_id, channel_id, scored, score_sum, bin_0, bin_1, bin_2, bin_3, bin_4, bin_5, bin_6, bin_7, bin_8, bin_9
FROM summaries_score_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_score_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, offer_id, channel_id, scored, score_sum, bin_0, bin_1, bin_2, bin_3, bin_4, bin_5, bin_6, bin_7, bin_8, bin_9
FROM summaries_scoresummary
UNION ALL
SELECT log_id, log_at, bucket, day, offer_id, channel_id, scored, score_sum, bin_0, bin_1, bin_2, bin_3, bin_4, bin_5, bin_6, bin_7, bin_8, bin_9
FROM summaries_score_tail;
CREATE VIEW summaries_latency_contributions AS
SELECT id AS log_id, started_at AS log_at,
       started_at::date AS day, latency_ms, 1 AS runs
FROM decisions_run
WHERE status IN ('completed', 'failed') AND latency_ms IS NOT NULL;
CREATE VIEW summaries_latency_tail AS
SELECT log_id, log_at, 0 AS bucket, day, latency_ms, runs
FROM summaries_latency_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'runs'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_latency_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, latency_ms, runs
FROM summaries_latencysummary
UNION ALL
SELECT log_id, log_at, bucket, day, latency_ms, runs
FROM summaries_latency_tail;
CREATE VIEW summaries_attribution_contributions AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, model, 1 AS conversions, total_value
FROM decisions_attribution;
CREATE VIEW summaries_attribution_tail AS
SELECT log_id, log_at, 0 AS bucket, day, model, conversions, total_value
FROM summaries_attribution_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'attributions'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_attribution_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, model, conversions, total_value
FROM summaries_attributionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, model, conversions, total_value
FROM summaries_attribution_tail;
CREATE VIEW summaries_segment_interaction_contributions AS
SELECT segment_id, 0 AS bucket, contribution.*
FROM summaries_interaction_contributions AS contribution
JOIN segments_segmentmembership USING (customer_id);
CREATE VIEW summaries_segment_interaction_tail AS
SELECT log_id, log_at, 0 AS bucket, day, segment_id, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_segment_interaction_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'interactions'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_segment_interaction_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, segment_id, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_segmentinteractionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, segment_id, offer_id, channel_id, interactions, impressions, positive, negative, conversions, revenue, cost
FROM summaries_segment_interaction_tail;
CREATE VIEW summaries_segment_decision_contributions AS
SELECT segment_id, 0 AS bucket, contribution.*
FROM summaries_decision_contributions AS contribution
JOIN segments_segmentmembership USING (customer_id);
CREATE VIEW summaries_segment_decision_tail AS
SELECT log_id, log_at, 0 AS bucket, day, segment_id, traces
FROM summaries_segment_decision_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_segment_decision_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, segment_id, traces
FROM summaries_segmentdecisionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, segment_id, traces
FROM summaries_segment_decision_tail;
CREATE VIEW summaries_segment_offer_decision_contributions AS
SELECT segment_id, 0 AS bucket, contribution.*
FROM summaries_offer_decision_contributions AS contribution
JOIN segments_segmentmembership USING (customer_id);
CREATE VIEW summaries_segment_offer_decision_tail AS
SELECT log_id, log_at, 0 AS bucket, day, segment_id, offer_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_segment_offer_decision_contributions
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = 'decision_traces'), 0)
  AND log_id < 9223372036854775807;
CREATE VIEW summaries_segment_offer_decision_totals AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, segment_id, offer_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_segmentofferdecisionsummary
UNION ALL
SELECT log_id, log_at, bucket, day, segment_id, offer_id, eligible, scored, selected, ranked, rank_sum, rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM summaries_segment_offer_decision_tail;
CREATE VIEW summaries_segment_consideration_contributions AS
SELECT segment_id, 0 AS bucket, contribution.*
FROM summaries_consideration_contributions AS contribution
JOIN segments_segmentmembership USING (customer_id);
