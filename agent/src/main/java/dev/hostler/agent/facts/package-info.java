/** What this host is: basic facts, cheap enough to look at again and again. */
@NullMarked
package dev.hostler.agent.facts;

import org.jspecify.annotations.NullMarked;
