/** Tests of the command as a whole. */
@NullMarked
package dev.hostler.cli;

import org.jspecify.annotations.NullMarked;
