/** The output of attempts: appended exactly once, read in order. */
@NullMarked
package dev.hostler.controller.output;

import org.jspecify.annotations.NullMarked;
