/**
 * Denied system calls of an attempt, in words: read from the supervisor's file, and what is new of
 * them.
 */
@NullMarked
package dev.hostler.agent.denial;

import org.jspecify.annotations.NullMarked;
