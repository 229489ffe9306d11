/**
 * The only way out of an attempt with an allow-list of peers: a proxy on a Unix socket that its
 * sandbox sees, which decides, connects, counts and remembers what it denied.
 */
@NullMarked
package dev.hostler.agent.network;

import org.jspecify.annotations.NullMarked;
