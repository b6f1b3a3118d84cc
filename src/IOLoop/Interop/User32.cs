using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>Windows and their messages, Unicode alone, blittable signatures alone.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class User32
{
    internal const nint MessageOnly = -3;          // HWND_MESSAGE
    internal const uint Nothing = 0x0000;          // WM_NULL
    internal const uint LastMessage = 0x0082;      // WM_NCDESTROY: the last that a window gets
    internal const int QueueIsFull = 1816;         // ERROR_NOT_ENOUGH_QUOTA: 10,000 messages wait
    internal const uint OldInput = 0x0407;         // QS_MOUSE, QS_KEY, QS_RAWINPUT
    internal const uint NewInput = 0x1800;         // QS_TOUCH, QS_POINTER
    internal const uint Posted = 0x0008;           // QS_POSTMESSAGE
    internal const uint TimerPaintHotkey = 0x00B0; // QS_TIMER, QS_PAINT, QS_HOTKEY

    private const string Library = "user32.dll";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial ushort RegisterClassExW(WindowClass* windowClass);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial uint RegisterWindowMessageW(char* name);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint CreateWindowExW(
        uint extendedStyle, nint windowClass, char* name, uint style, int x, int y, int width, int height, nint parent, nint menu, nint instance, nint parameter);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int DestroyWindow(nint window);

    [LibraryImport(Library)]
    internal static partial nint DefWindowProcW(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int PostMessageW(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int SendNotifyMessageW(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int PostThreadMessageW(uint thread, uint message, nint wParam, nint lParam);

    [LibraryImport(Library)]
    internal static partial void PostQuitMessage(int exitCode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int GetMessageW(WindowMessage* message, nint window, uint first, uint last);

    [LibraryImport(Library)]
    internal static partial int TranslateMessage(WindowMessage* message);

    [LibraryImport(Library)]
    internal static partial nint DispatchMessageW(WindowMessage* message);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial uint GetQueueStatus(uint flags);

    [LibraryImport("kernel32.dll")]
    internal static partial nint GetModuleHandleW(char* name);

    [LibraryImport("kernel32.dll")]
    internal static partial uint GetCurrentThreadId();

    [LibraryImport("kernel32.dll", SetLastError = true)]
    internal static partial nint OpenThread(uint access, int inherit, uint thread);
}
