package dev.hostler.agent.attempt;

/**
 * A limit that an attempt came up against.
 *
 * @param limit which, as people write it
 * @param value how much was allowed
 * @param count how often, or how many bytes of output were dropped
 * @param setBy who had set it
 * @param share of the CPU quota's periods in which it was held back, 0 to 1
 * @param ended did it end the attempt?
 */
public record LimitHit(
    String limit, long value, long count, String setBy, double share, boolean ended) {}
