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
WHERE score IS NOT NULL
