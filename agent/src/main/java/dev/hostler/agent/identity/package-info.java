/** Who this host is: its key, which never leaves it, its certificate, and the CA it trusts. */
@NullMarked
package dev.hostler.agent.identity;

import org.jspecify.annotations.NullMarked;
