/** Starts a controller, agents and CLI calls as real processes in a folder of their own. */
@NullMarked
package dev.hostler.lab.stack;

import org.jspecify.annotations.NullMarked;
