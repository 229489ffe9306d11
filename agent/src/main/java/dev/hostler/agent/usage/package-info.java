/**
 * What attempts and the host use: sampled by one thread from descriptors that stay open, streamed
 * at a low rate, and summed up at the end of each attempt.
 */
@NullMarked
package dev.hostler.agent.usage;

import org.jspecify.annotations.NullMarked;
