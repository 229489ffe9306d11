/** Who may do what on the operator port. */
@NullMarked
package dev.hostler.controller.access;

import org.jspecify.annotations.NullMarked;
