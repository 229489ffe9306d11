package dev.hostler.controller.job;

import dev.hostler.trust.limits.Limit;

/**
 * A limit that an attempt came up against, as its host said.
 *
 * @param limit which: a key of {@link Limit}
 * @param value how much was allowed
 * @param count how often
 * @param setBy who had set it, in a word
 * @param share with the CPU quota: of its periods in which the attempt was held back, 0 to 1
 * @param ended did it end the attempt?
 */
public record LimitHit(
    String limit, long value, long count, String setBy, double share, boolean ended) {}
