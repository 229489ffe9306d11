/** Starts the parts of a program in order, and stops them in reverse. */
@NullMarked
package dev.hostler.common.lifecycle;

import org.jspecify.annotations.NullMarked;
