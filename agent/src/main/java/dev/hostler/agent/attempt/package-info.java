/** The words that all parts of the agent share: what is asked for, and how a try at it ended. */
@NullMarked
package dev.hostler.agent.attempt;

import org.jspecify.annotations.NullMarked;
