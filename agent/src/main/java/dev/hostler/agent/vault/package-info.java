/**
 * Files that are of no use without this host: keys, wrapped for it, and what is encrypted with
 * them, here or by hostler-snapshot (its crypt.c has the form).
 */
@NullMarked
package dev.hostler.agent.vault;

import org.jspecify.annotations.NullMarked;
