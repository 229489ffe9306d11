/** Carries stdout and stderr from the spool files to the controller, without losing a byte. */
@NullMarked
package dev.hostler.agent.output;

import org.jspecify.annotations.NullMarked;
