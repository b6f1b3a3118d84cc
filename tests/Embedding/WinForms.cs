using System.Net.Sockets;
using System.Windows.Forms;
using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace Embedding;

public class WinFormsWindow : Form
{
    private readonly JoinableTaskContext _context;
    private readonly JoinableTaskIOLoop _loop;

    public WinFormsWindow(Socket socket)
    {
        // The first control of a thread makes WindowsFormsSynchronizationContext current there: not before it exists.
        _context = new JoinableTaskContext();
        _loop = JoinableTaskIOLoop.Attach(_context.Factory);
        _loop.AddHandler(socket, (_, events) => Text = $"{events}, {socket.Available} bytes", IOEvents.Read);
        FormClosed += (_, _) =>
        {
            _loop.Stop();
            _loop.Close();
        };
    }
}
