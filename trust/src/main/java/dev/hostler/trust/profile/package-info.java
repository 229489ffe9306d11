/** Profiles of system calls, as far as they mean the same on every host. */
@NullMarked
package dev.hostler.trust.profile;

import org.jspecify.annotations.NullMarked;
