/**
 * Takes on attempts, remembers them durably, and answers for each until its end was acknowledged.
 */
@NullMarked
package dev.hostler.agent.work;

import org.jspecify.annotations.NullMarked;
