/** Which hosts an operator means: CEL expressions over hosts. */
@NullMarked
package dev.hostler.controller.target;

import org.jspecify.annotations.NullMarked;
