namespace IOLoops.Sources;

/// <summary>How each side of a serial line stops the other.</summary>
public enum SerialFlowControl
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>By the modem lines RTS and CTS. The system then controls <see cref="SerialLine.RequestToSend"/>.</summary>
    Hardware,

    /// <summary>By the characters XON (0x11) and XOFF (0x13), which the data must not contain.</summary>
    Software,
}
