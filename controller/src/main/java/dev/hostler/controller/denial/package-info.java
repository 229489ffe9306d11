/**
 * Denied system calls of attempts: kept by kind, within a bound, and alerted on when they pile up.
 */
@NullMarked
package dev.hostler.controller.denial;

import org.jspecify.annotations.NullMarked;
