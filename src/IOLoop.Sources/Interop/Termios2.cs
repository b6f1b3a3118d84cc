using System.Runtime.CompilerServices;

namespace IOLoops.Sources.Interop;

/// <summary>Linux's <c>termios2</c>, which the kernel has on every architecture but a few, and which takes any speed.</summary>
internal struct Termios2
{
    internal const uint IgnoreBreak = 0x1;
    internal const uint BreakInterrupts = 0x2;
    internal const uint IgnoreParity = 0x4;
    internal const uint MarkParity = 0x8;
    internal const uint CheckParity = 0x10;
    internal const uint Strip = 0x20;
    internal const uint NewLineToReturn = 0x40;
    internal const uint IgnoreReturn = 0x80;
    internal const uint ReturnToNewLine = 0x100;
    internal const uint SoftwareFlowOut = 0x400;   // IXON
    internal const uint SoftwareFlowAny = 0x800;   // IXANY
    internal const uint SoftwareFlowIn = 0x1000;   // IXOFF

    internal const uint ProcessOutput = 0x1;

    internal const uint SpeedMask = 0x100f;        // CBAUD
    internal const uint AnySpeed = 0x1000;         // BOTHER
    internal const int InputSpeedShift = 16;
    internal const uint SizeMask = 0x30;
    internal const int SizeShift = 4;              // CS5 is 0, CS8 is 3
    internal const uint TwoStopBits = 0x40;
    internal const uint Receive = 0x80;
    internal const uint HasParity = 0x100;
    internal const uint OddParity = 0x200;
    internal const uint IgnoreModemLines = 0x800;  // CLOCAL
    internal const uint StickyParity = 0x4000_0000;
    internal const uint HardwareFlow = 0x8000_0000;

    internal const uint Signals = 0x1;
    internal const uint Canonical = 0x2;
    internal const uint Echo = 0x8;
    internal const uint EchoNewLine = 0x40;
    internal const uint Extended = 0x8000;

    internal const int Time = 5;                   // VTIME
    internal const int Minimum = 6;                // VMIN

    internal uint Input;
    internal uint Output;
    internal uint Control;
    internal uint Local;
    internal byte Discipline;
    internal ControlCharacters Characters;
    internal uint InputSpeed;
    internal uint OutputSpeed;

    [InlineArray(19)]
    internal struct ControlCharacters
    {
        private byte _first;
    }
}
