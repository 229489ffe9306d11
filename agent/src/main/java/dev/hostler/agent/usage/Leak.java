package dev.hostler.agent.usage;

/**
 * Something that an attempt had more and more of.
 *
 * @param what {@code "processes"}, {@code "threads"} or {@code "descriptors"}
 * @param from how many at first, by the line through what was seen
 * @param to how many at last
 * @param perMinute how many more each minute
 */
public record Leak(String what, long from, long to, double perMinute) {}
