/** The only place that reads a clock or sleeps; everything else is given a {@link TimeSource}. */
@NullMarked
package dev.hostler.common.time;

import org.jspecify.annotations.NullMarked;
