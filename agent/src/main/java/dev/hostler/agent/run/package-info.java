/** Drives one attempt: from an assignment to a sandbox, and from its end to a result. */
@NullMarked
package dev.hostler.agent.run;

import org.jspecify.annotations.NullMarked;
