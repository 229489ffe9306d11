/** Straight lines through series of numbers, and when they reach a limit. */
@NullMarked
package dev.hostler.common.trend;

import org.jspecify.annotations.NullMarked;
