using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Terminals;

/// <summary>What the options of a serial line mean to the system.</summary>
internal static class SerialSettings
{
    /// <param name="settings">Those of the line until now.</param>
    /// <param name="options">Valid ones.</param>
    internal static Termios2 Apply(Termios2 settings, SerialLineOptions options)
    {
        if (options.Raw)
            MakeRaw(ref settings);
        settings.Control |= Termios2.Receive | Termios2.IgnoreModemLines;
        SetSpeed(ref settings, (uint)options.BaudRate);
        SetCharacters(ref settings, options);
        settings.Input &= ~(Termios2.SoftwareFlowIn | Termios2.SoftwareFlowOut | Termios2.SoftwareFlowAny);
        settings.Control &= ~Termios2.HardwareFlow;
        if (options.FlowControl == SerialFlowControl.Hardware)
            settings.Control |= Termios2.HardwareFlow;
        else if (options.FlowControl == SerialFlowControl.Software)
            settings.Input |= Termios2.SoftwareFlowIn | Termios2.SoftwareFlowOut;
        return settings;
    }

    private static void MakeRaw(ref Termios2 settings)
    {
        settings.Input &= ~(Termios2.IgnoreBreak | Termios2.BreakInterrupts | Termios2.IgnoreParity | Termios2.MarkParity | Termios2.Strip
            | Termios2.NewLineToReturn | Termios2.IgnoreReturn | Termios2.ReturnToNewLine);
        settings.Output &= ~Termios2.ProcessOutput;
        settings.Local &= ~(Termios2.Signals | Termios2.Canonical | Termios2.Echo | Termios2.EchoNewLine | Termios2.Extended);
        settings.Characters[Termios2.Minimum] = 1; // with 0, a read of nothing would look like the end
        settings.Characters[Termios2.Time] = 0;
    }

    private static void SetSpeed(ref Termios2 settings, uint speed)
    {
        settings.Control &= ~(Termios2.SpeedMask | (Termios2.SpeedMask << Termios2.InputSpeedShift));
        settings.Control |= Termios2.AnySpeed | (Termios2.AnySpeed << Termios2.InputSpeedShift);
        settings.InputSpeed = speed;
        settings.OutputSpeed = speed;
    }

    private static void SetCharacters(ref Termios2 settings, SerialLineOptions options)
    {
        settings.Control &= ~(Termios2.SizeMask | Termios2.TwoStopBits | Termios2.HasParity | Termios2.OddParity | Termios2.StickyParity);
        settings.Control |= (uint)(options.DataBits - 5) << Termios2.SizeShift;
        if (options.StopBits != StopBits.One)
            settings.Control |= Termios2.TwoStopBits; // which are one and a half with five data bits
        settings.Control |= options.Parity switch
        {
            Parity.Odd => Termios2.HasParity | Termios2.OddParity,
            Parity.Even => Termios2.HasParity,
            Parity.Mark => Termios2.HasParity | Termios2.OddParity | Termios2.StickyParity,
            Parity.Space => Termios2.HasParity | Termios2.StickyParity,
            _ => 0u,
        };
        settings.Input &= ~Termios2.CheckParity;
        if (options.Parity != Parity.None)
            settings.Input |= Termios2.CheckParity;
    }
}
