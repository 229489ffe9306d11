package dev.hostler.controller.output;

/**
 * A place in a stream.
 *
 * @param id which stream
 * @param offset next byte wanted
 */
public record Position(StreamId id, long offset) {}
