/** What was revoked on this fleet, and what follows at once on every controller. */
@NullMarked
package dev.hostler.controller.revocation;

import org.jspecify.annotations.NullMarked;
