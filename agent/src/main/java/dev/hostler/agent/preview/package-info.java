/**
 * What an action would change, without changing it: layers over what is writable, and the list of
 * what is in them.
 */
@NullMarked
package dev.hostler.agent.preview;

import org.jspecify.annotations.NullMarked;
