using System.Net;

namespace IOLoops.Samples;

/// <summary>
/// Two customers and a scale. Each acts only when everybody has heard the station's answer to what came before, so there
/// is one order in which things can happen, however fast the machine and whatever the step.
/// </summary>
internal sealed class Customers(EndPoint station, Stream scale)
{
    private readonly List<Customer> _here = [];

    /// <summary>Plays until all are gone; then the station ends.</summary>
    /// <exception cref="ExitException">The station did not say what it should.</exception>
    internal void Play()
    {
        try
        {
            Come("client 1 is here");
            Ask(0, "add app", "les 3\n", "client 1: apples 3"); // a line in two pieces
            Come("client 2 is here");
            Ask(1, "add pears 2\nadd apples 4\n", "", "client 2: pears 2", "client 2: apples 7"); // two lines in one
            Weigh("250\n", "", "scale: 250 g");
            Weigh("30", "0\n350\n", "scale: 300 g", "scale: 350 g", "scale: 300 g on average of 3");
            Ask(0, "report\n", "", "client 1: a report comes with the next heartbeat", "report 1: apples 7, pears 2; 900 g");
            Ask(1, "sing\n", "", "client 2: what is 'sing'?");
            for (int i = 2; i <= 6; i++)
                Ask(1, $"add plums {i}\nreport\n", "", $"client 2: plums {i * (i + 1) / 2 - 1}",
                    "client 2: a report comes with the next heartbeat", $"report {i}: apples 7, pears 2, plums {i * (i + 1) / 2 - 1}; 900 g");
            Weigh("1000\n", "", "scale: 1000 g");
            scale.Dispose();
            Hear("scale: 1000 g on average of 1", "scale: closed");
            Go(1, "client 2 is gone");
        }
        finally
        {
            scale.Dispose();
            _here.ForEach(customer => customer.Dispose());
        }
    }

    private void Come(string answer)
    {
        _here.Add(new Customer(station));
        Hear(answer);
    }

    private void Go(int who, string answer)
    {
        _here[who].Dispose();
        _here.RemoveAt(who);
        Hear(answer);
    }

    private void Ask(int who, string first, string then, params string[] answers)
    {
        _here[who].Send(first);
        _here[who].Send(then);
        Hear(answers);
    }

    private void Weigh(string first, string then, params string[] answers)
    {
        scale.Write(System.Text.Encoding.UTF8.GetBytes(first));
        scale.Write(System.Text.Encoding.UTF8.GetBytes(then));
        Hear(answers);
    }

    private void Hear(params string[] answers)
    {
        foreach (string answer in answers)
            _here.ForEach(customer => customer.Expect(answer));
    }
}
