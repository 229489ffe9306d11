/**
 * The control groups that attempts run in: made, limited, read, killed and removed, on cgroup v1
 * and v2 alike.
 */
@NullMarked
package dev.hostler.agent.sandbox.cgroup;

import org.jspecify.annotations.NullMarked;
