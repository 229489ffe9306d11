/** What a snapshot keeps of a host besides files: units, kernel parameters, packages, rules. */
@NullMarked
package dev.hostler.agent.state;

import org.jspecify.annotations.NullMarked;
