/**
 * Jobs, their tasks and the attempts at them: submission, the state machine, cancellation and loss.
 */
@NullMarked
package dev.hostler.controller.job;

import org.jspecify.annotations.NullMarked;
