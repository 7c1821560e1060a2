"""Where events are kept: the port every log adapter implements, and one module for each adapter."""
