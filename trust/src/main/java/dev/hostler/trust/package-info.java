/** What is signed in Hostler, and what keys may be used for. */
@NullMarked
package dev.hostler.trust;

import org.jspecify.annotations.NullMarked;
