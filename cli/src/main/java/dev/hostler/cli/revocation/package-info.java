/** Commands that revoke. */
@NullMarked
package dev.hostler.cli.revocation;

import org.jspecify.annotations.NullMarked;
