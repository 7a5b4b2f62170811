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
FROM decisions_decisiontrace
