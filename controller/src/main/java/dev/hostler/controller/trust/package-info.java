/** The fleet CA and the certificates of controllers, operators and agents. */
@NullMarked
package dev.hostler.controller.trust;

import org.jspecify.annotations.NullMarked;
